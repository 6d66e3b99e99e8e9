module example.com/workspace/api

go 1.26.8

require example.com/workspace/greet v0.0.0

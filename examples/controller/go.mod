module example.com/controller

go 1.26.8

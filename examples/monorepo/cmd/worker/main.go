// Worker does jobs.
package main

import "example.com/monorepo/jobs"

func main() { println("worker does " + jobs.Job{Name: "report"}.String()) }

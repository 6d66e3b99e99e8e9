// Api takes jobs.
package main

import "example.com/monorepo/jobs"

func main() { println("api takes " + jobs.Job{Name: "report"}.String()) }

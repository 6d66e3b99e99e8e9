// Api takes jobs.
package main

import "example.com/ci/jobs"

func main() { println("api takes " + jobs.Name("report")) }

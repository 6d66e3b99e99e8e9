// Worker does jobs.
package main

import "example.com/ci/jobs"

func main() { println("worker does " + jobs.Name("report")) }

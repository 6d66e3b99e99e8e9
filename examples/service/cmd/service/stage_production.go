//go:build production

package main

func init() { quiet = true }

package tests

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// The form that JUnit gave to reports of tests, as far as it is agreed upon.
type (
	testSuites struct {
		XMLName xml.Name    `xml:"testsuites"`
		Suites  []testSuite `xml:"testsuite"`
	}
	testSuite struct {
		Name     string     `xml:"name,attr"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Skipped  int        `xml:"skipped,attr"`
		Time     string     `xml:"time,attr"` // in seconds
		Cases    []testCase `xml:"testcase"`
	}
	testCase struct {
		Class   string   `xml:"classname,attr"` // the package
		Name    string   `xml:"name,attr"`
		Time    string   `xml:"time,attr"`
		Failure *message `xml:"failure"`
		Skipped *message `xml:"skipped"`
	}
	message struct {
		Message string `xml:"message,attr"`
		Text    string `xml:",chardata"`
	}
)

// junit has a suite for each package. A package that fails without any of its
// tests failing has a case of its own.
func (r run) junit() ([]byte, error) {
	var all testSuites
	cases := map[string][]testCase{}
	for _, t := range r.results {
		if t.test != "" {
			cases[t.pkg] = append(cases[t.pkg], t.junit(t.test))
			continue
		}
		s := testSuite{Name: t.pkg, Time: seconds(t.elapsed), Cases: cases[t.pkg]}
		if t.action == "fail" && s.failures() == 0 {
			s.Cases = append(s.Cases, t.junit("package"))
		}
		s.Tests, s.Failures, s.Skipped = len(s.Cases), s.failures(), s.skipped()
		all.Suites = append(all.Suites, s)
	}
	data, err := xml.MarshalIndent(all, "", "  ")
	return append([]byte(xml.Header), append(data, '\n')...), err
}

func (t result) junit(name string) testCase {
	c := testCase{Class: t.pkg, Name: name, Time: seconds(t.elapsed)}
	m := &message{Text: strings.ToValidUTF8(strings.Join(t.output, ""), "�")}
	switch t.action {
	case "fail":
		m.Message = "failed"
		c.Failure = m
	case "skip":
		m.Message = "skipped"
		c.Skipped = m
	}
	return c
}

func (s testSuite) failures() (n int) {
	for _, c := range s.Cases {
		if c.Failure != nil {
			n++
		}
	}
	return n
}

func (s testSuite) skipped() (n int) {
	for _, c := range s.Cases {
		if c.Skipped != nil {
			n++
		}
	}
	return n
}

func seconds(elapsed float64) string { return fmt.Sprintf("%.3f", elapsed) }

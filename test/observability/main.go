// Checks the files in deploy/observability with Prometheus' own packages: loads its configuration, tests the alerts, and parses
// every expression of the dashboard. The test file is in the format of `promtool test rules`, of which alert_rule_test is read.
// promtool itself needs twice the packages, mostly clients of clouds, and takes twice as long to build. Prints what is wrong, and
// exits with 1.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"
	"go.yaml.in/yaml/v2"

	"github.com/prometheus/prometheus/config"
	_ "github.com/prometheus/prometheus/discovery/dns" // how prometheus.yml finds replicas
	"github.com/prometheus/prometheus/promql/parser"
)

// The format of `promtool test rules`. Unknown fields are refused, so that nothing is left out without a word.
type testFile struct {
	RuleFiles          []string       `yaml:"rule_files"`
	EvaluationInterval model.Duration `yaml:"evaluation_interval"`
	Tests              []alertTest    `yaml:"tests"`
}

func main() {
	folder := os.Args[1]
	problems := checkConfig(folder)
	tests, found := checkAlerts(folder)
	problems = append(problems, found...)
	expressions, found := checkDashboard(filepath.Join(folder, "dashboard.json"))
	problems = append(problems, found...)
	for _, problem := range problems {
		fmt.Fprintf(os.Stderr, "observability: %v\n", problem)
	}
	if len(problems) > 0 {
		os.Exit(1)
	}
	fmt.Printf("observability: %d tests of alerts passed, %d expressions of the dashboard parsed\n", tests, expressions)
}

func checkConfig(folder string) []error {
	if _, err := config.LoadFile(filepath.Join(folder, "prometheus.yml"), false, promslog.NewNopLogger()); err != nil {
		return []error{err}
	}
	return nil
}

func checkAlerts(folder string) (int, []error) {
	text, err := os.ReadFile(filepath.Join(folder, "alerts.test.yml"))
	if err != nil {
		return 0, []error{err}
	}
	var file testFile
	if err := yaml.UnmarshalStrict(text, &file); err != nil {
		return 0, []error{fmt.Errorf("alerts.test.yml: %w", err)}
	}
	ruleFiles := []string{}
	for _, name := range file.RuleFiles {
		ruleFiles = append(ruleFiles, filepath.Join(folder, name))
	}
	problems := []error{}
	tested := map[string]bool{}
	for _, test := range file.Tests {
		for _, err := range test.run(ruleFiles, time.Duration(file.EvaluationInterval), tested) {
			problems = append(problems, fmt.Errorf("alerts.test.yml: %s: %w", test.Name, err))
		}
	}
	return len(file.Tests), append(problems, untested(ruleFiles, tested)...)
}

// Grafana replaces these before it asks Prometheus.
var variables = strings.NewReplacer("$__rate_interval", "1m", "$__range", "1h")

type panel struct {
	Title   string  `json:"title"`
	Panels  []panel `json:"panels"`
	Targets []struct {
		Expr string `json:"expr"`
	} `json:"targets"`
}

func checkDashboard(file string) (int, []error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, []error{err}
	}
	var dashboard panel
	if err := json.Unmarshal(text, &dashboard); err != nil {
		return 0, []error{fmt.Errorf("%s: %w", file, err)}
	}
	return checkPanel(dashboard, parser.NewParser(parser.Options{}))
}

func checkPanel(at panel, promql parser.Parser) (int, []error) {
	expressions, problems := 0, []error{}
	for _, target := range at.Targets {
		expressions++
		if _, err := promql.ParseExpr(variables.Replace(target.Expr)); err != nil {
			problems = append(problems, fmt.Errorf("dashboard.json: %s: %s: %w", at.Title, target.Expr, err))
		}
	}
	for _, inner := range at.Panels {
		more, found := checkPanel(inner, promql)
		expressions += more
		problems = append(problems, found...)
	}
	return expressions, problems
}

package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/common/promslog"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
)

// What Prometheus is given, minute by minute, and which alerts it is to have when.
type alertTest struct {
	Name        string         `yaml:"name"`
	Interval    model.Duration `yaml:"interval"`
	InputSeries []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	Expectations []expectation `yaml:"alert_rule_test"`
}

// All alerts of that name that fire at that time; none when there is no ExpAlerts.
type expectation struct {
	EvalTime  model.Duration `yaml:"eval_time"`
	Alertname string         `yaml:"alertname"`
	ExpAlerts []struct {
		ExpLabels      map[string]string `yaml:"exp_labels"`
		ExpAnnotations map[string]string `yaml:"exp_annotations"`
	} `yaml:"exp_alerts"`
}

// Evaluates all rules at every interval, as Prometheus does. Notes the names of the alerts that were seen to fire in `tested`.
func (test alertTest) run(ruleFiles []string, interval time.Duration, tested map[string]bool) []error {
	series, err := promqltest.NewLazyLoader(test.loading(), promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true})
	if err != nil {
		return []error{err}
	}
	defer series.Close()
	series.SubqueryInterval = interval
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(series.QueryEngine(), series.Storage()),
		Appendable: series.Storage(),
		Context:    context.Background(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Logger:     promslog.NewNopLogger(),
		Parser:     parser.NewParser(parser.Options{}),
	})
	groups, errs := manager.LoadGroups(interval, labels.EmptyLabels(), "", nil, false, ruleFiles...)
	if errs != nil {
		return errs
	}
	for _, rule := range rulesOf(groups) {
		rule.SetRestored(true) // otherwise it waits for the state of an earlier process
	}

	problems := []error{}
	for since := time.Duration(0); since <= test.lasts(); since += interval {
		at := time.Unix(0, 0).UTC().Add(since)
		series.WithSamplesTill(at, func(err error) {
			if err != nil {
				problems = append(problems, err)
				return
			}
			for _, group := range groups {
				group.Eval(series.Context(), at)
			}
		})
		for _, rule := range rulesOf(groups) {
			if err := rule.LastError(); err != nil {
				return append(problems, fmt.Errorf("%s: %w", rule.Name(), err))
			}
		}
		for _, expected := range test.Expectations {
			if time.Duration(expected.EvalTime) == since {
				problems = append(problems, expected.compare(rulesOf(groups), tested)...)
			}
		}
	}
	return problems
}

// The series in the language of Prometheus' own tests.
func (test alertTest) loading() string {
	lines := []string{fmt.Sprintf("load %v", test.Interval)}
	for _, series := range test.InputSeries {
		lines = append(lines, fmt.Sprintf("  %s %s", series.Series, series.Values))
	}
	return strings.Join(lines, "\n")
}

func (test alertTest) lasts() time.Duration {
	last := time.Duration(0)
	for _, expected := range test.Expectations {
		last = max(last, time.Duration(expected.EvalTime))
	}
	return last
}

func (expected expectation) compare(alerting []*rules.AlertingRule, tested map[string]bool) []error {
	found := []string{}
	for _, rule := range alerting {
		if rule.Name() != expected.Alertname {
			continue
		}
		for _, alert := range rule.ActiveAlerts() {
			if alert.State == rules.StateFiring {
				found = append(found, alert.Labels.String()+" "+alert.Annotations.String())
			}
		}
	}
	wanted := []string{}
	for _, alert := range expected.ExpAlerts {
		named := map[string]string{model.AlertNameLabel: expected.Alertname}
		maps.Copy(named, alert.ExpLabels)
		wanted = append(wanted, labels.FromMap(named).String()+" "+labels.FromMap(alert.ExpAnnotations).String())
		tested[expected.Alertname] = true
	}
	slices.Sort(found)
	slices.Sort(wanted)
	if slices.Equal(found, wanted) {
		return nil
	}
	return []error{fmt.Errorf("%s at %v:\n  found    %q\n  expected %q", expected.Alertname, expected.EvalTime, found, wanted)}
}

func rulesOf(groups map[string]*rules.Group) []*rules.AlertingRule {
	alerting := []*rules.AlertingRule{}
	for _, group := range groups {
		for _, rule := range group.Rules() {
			if rule, ok := rule.(*rules.AlertingRule); ok {
				alerting = append(alerting, rule)
			}
		}
	}
	return alerting
}

// The alerts that no test expects to fire.
func untested(ruleFiles []string, tested map[string]bool) []error {
	problems := []error{}
	for _, file := range ruleFiles {
		parsed, errs := rulefmt.ParseFile(file, false, model.UTF8Validation, parser.NewParser(parser.Options{}), promslog.NewNopLogger())
		if errs != nil {
			return errs
		}
		for _, group := range parsed.Groups {
			for _, rule := range group.Rules {
				if rule.Alert != "" && !tested[rule.Alert] {
					problems = append(problems, fmt.Errorf("%s: no test in alerts.test.yml expects %s to fire", file, rule.Alert))
				}
			}
		}
	}
	return problems
}

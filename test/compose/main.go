// Reads Compose files with Compose's own parser, and the Dockerfiles that it names with BuildKit's. Prints what either
// refuses, and exits with 1. Reads no environment: the defaults in the files are checked.
package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

func main() {
	for _, file := range os.Args[1:] {
		project, err := readProject(file)
		for _, service := range project.AllServices() {
			if err == nil && service.Build != nil {
				err = readDockerfile(filepath.Join(service.Build.Context, service.Build.Dockerfile))
			}
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", file, err)
			os.Exit(1)
		}
		services, volumes := len(project.AllServices()), len(project.Volumes)
		fmt.Printf("%s: %d services, %d volumes: read without errors\n", file, services, volumes)
	}
}

func readProject(file string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{file}, cli.WithProfiles([]string{"*"}), cli.WithResolvedPaths(true))
	if err != nil {
		return &types.Project{}, err
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return &types.Project{}, err
	}
	return project, project.CheckContainerNameUnicity()
}

func readDockerfile(file string) error {
	text, err := os.Open(file)
	if err != nil {
		return err
	}
	defer text.Close()
	parsed, err := parser.Parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	warnings := 0
	warn := func(rule, _, _, message string, _ []parser.Range) {
		fmt.Fprintf(os.Stderr, "%s: %s: %s\n", file, rule, message)
		warnings++
	}
	if _, _, err = instructions.Parse(parsed.AST, linter.New(&linter.Config{Warn: warn})); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	if warnings > 0 {
		return fmt.Errorf("%s: %d warnings, expected none", file, warnings)
	}
	return nil
}

.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: build
build: ## build bin/mjr
	CGO_ENABLED=0 go build -trimpath -o bin/mjr ./cmd/mjr

.PHONY: test
test: ## install what the tests need and pass them all
	.ci/test

.PHONY: lint
lint: ## gofmt, vet and staticcheck
	.ci/lint

.PHONY: bench
bench: ## benchmarks, 300 viewers, a convert of 600 MB beside janus-pp-rec
	go test -run '^$$' -bench . ./mjr/... ./decrypt/... ./postprocess/...
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m ./internal/rtc ./replay
	go test -run '^$$' -bench Peer -benchtime 3x -timeout 30m ./cmd/mjr

.PHONY: soak
soak: ## the long versions of the tests
	MJR_SOAK=1 go test -tags soak -timeout 4h -p 1 ./...

.PHONY: clean
clean: ## remove what was built
	rm -rf bin

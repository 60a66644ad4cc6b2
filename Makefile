# SPDX-License-Identifier: MIT
# Thin fronts to the CMake presets. Each target installs what it needs and is quick the second time.

APP ?= caching_signaling
WORKERS ?= 6
THREADS ?= 2
RUN_FLAGS ?= --workers $(WORKERS) --threads $(THREADS)
JOBS ?= $(shell nproc)
TEST_FLAGS ?= --output-on-failure -j$(JOBS)
SANITIZERS = asan ubsan tsan
FUZZ_SECONDS ?= 60

.PHONY: run build test test-all bench load screenshots format setup clean

run: build
	exec build/release/ekiden $(RUN_FLAGS) $(APP)

build: setup
	@cmake --preset release $(if $(V),,> build/configure.log) || (cat build/configure.log; exit 1)
	cmake --build build/release --target ekiden ekiden_apps

setup:
	@config/setup.sh build
	@mkdir -p build

test: build
	@config/setup.sh test
	cmake --build build/release
	ctest --test-dir build/release $(TEST_FLAGS)

# Everything CI leaves out: the sanitizers, the other compiler, each decoder fuzzed for a minute,
# long fault runs.
test-all: test
	@config/setup.sh all
	cmake --build build/release --target checkheaders
	for preset in $(SANITIZERS) clang; do \
	  cmake --preset $$preset && cmake --build build/$$preset && \
	  ctest --test-dir build/$$preset $(TEST_FLAGS) -LE 'browser|compile_fail' || exit 1; \
	done
	tests/fuzz/run.sh build/clang $(FUZZ_SECONDS)
	EKIDEN_RELOADS=100 build/release/tests/process_drain_test --gtest_filter='*Reloads*'
	EKIDEN_KILLS=2000 build/release/tests/shared_kill_storm_test
	seq 0 $$(($(JOBS) - 1)) | xargs -P$(JOBS) -I{} env EKIDEN_KILL_STEP=1 \
	  GTEST_TOTAL_SHARDS=$(JOBS) GTEST_SHARD_INDEX={} build/release/tests/shared_kill_step_test

# Some twelve minutes; the report is the folder build/bench/report.
bench: build
	@config/setup.sh test bench
	cmake --build build/release --target ekiden_bench
	tests/bench/run.sh build/release

# The caching-and-signaling app with several --workers and --threads: some minutes, then a table and a
# plot in build/load.
load: build
	@config/setup.sh load
	cmake --build build/release --target open_loop
	node tests/load/run.mjs build/release

# Replaces the README's pictures by those that the browser tests have just taken.
screenshots:
	ctest --test-dir build/release --output-on-failure -L browser
	for app in apps/*/; do \
	  picture=build/release/screenshots/$$(basename $$app).png; \
	  if [ -e $$picture ]; then cp $$picture $$app/screenshot.png; fi; done

format:
	git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 -i

clean:
	rm -rf build

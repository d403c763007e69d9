# make demo   install what is missing, build, and run the main job end to end (DATA=DIR-or-ZIP: on real GTSRB)
# make test   install what is missing, build, and run every test
# make help   the other targets

PRESET ?= release
BUILD := build/$(PRESET)
JOBS ?= $(shell nproc)
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)

.PHONY: demo test test-arm64 onnxruntime build packages format tidy bench bench-filters install clean help
.DEFAULT_GOAL := build

help:
	@sed -n 's/^# \{0,1\}make /make /p' Makefile
	@echo 'make build     build with PRESET=release (or debug, asan)'
	@echo 'make test-arm64  build the runner for arm64 and test it under qemu, beside this machine'"'"'s own'
	@echo 'make test-asan run the tests under AddressSanitizer and UBSan'
	@echo 'make onnxruntime  fetch ONNX Runtime for node into tests/, for the test parity/onnxruntime'
	@echo 'make format    run clang-format over our code'
	@echo 'make tidy      run clang-tidy over our code'
	@echo 'make bench     print the rates of the data plane on GTSRB (DATA=FOLDER)'
	@echo 'make bench-filters  print rate and memory of the filters on COUNT=10000000 records'
	@echo 'make install   install the programs (PREFIX=/usr/local)'
	@echo 'make clean     remove build/ and demo/'

packages: build/.packages

# Only what dpkg does not know as installed is fetched; an unchanged list is not even looked at.
build/.packages: packages.txt
	@mkdir -p build
	@missing=$$(sed 's/#.*//' packages.txt | xargs -n1 | while read -r p; do \
	  dpkg-query -W -f='$${Status}' "$$p" 2>/dev/null | grep -q 'install ok installed' || echo "$$p"; done); \
	if [ -n "$$missing" ]; then \
	  echo "installing:" $$missing; \
	  $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi
	@touch $@

$(BUILD)/build.ninja: build/.packages CMakePresets.json
	cmake --preset $(PRESET)
	@touch $@

build: $(BUILD)/build.ninja
	cmake --build --preset $(PRESET) -j $(JOBS)

demo: build
	@PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" docs/demo.sh $(if $(DATA),"$(DATA)")

test: build
	ctest --preset $(PRESET) -j $(JOBS)

# Its libraries lie in build/arm64-root; the compiler and the emulator are installed.
ARM64_TOOLS := g++-aarch64-linux-gnu qemu-user-static
build/arm64-root: tests/arm64/packages.txt
	@dpkg-query -W $(ARM64_TOOLS) >/dev/null 2>&1 || { $(SUDO) apt-get update -q && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(ARM64_TOOLS); }
	tests/arm64/root $@ $<
	@touch $@

test-arm64: build/arm64-root build/.packages
	cmake --preset release
	cmake --build --preset release -j $(JOBS) --target signpost-run signpost-synth make_test_package
	cmake --preset arm64
	cmake --build --preset arm64 -j $(JOBS)
	ctest --preset arm64 -j $(JOBS)
	tests/arm64/same_labels build/release/bin build/arm64/wrapped

test-asan:
	$(MAKE) test PRESET=asan

# Of no use but to one test, so it is fetched only on request.
onnxruntime:
	cd tests && npm install --no-package-lock --no-audit --no-fund --ignore-scripts

format: build/.tools
	git ls-files '*.cpp' '*.h' | xargs clang-format -i

# A configuration of its own: clang cannot read GCC's precompiled headers.
tidy: build/.tools
	cmake --preset tidy >/dev/null
	git ls-files 'lib/*.cpp' 'cmd/*.cpp' | \
	  xargs -P $(JOBS) -n 4 clang-tidy -quiet -p build/tidy --extra-arg=-Wno-unknown-warning-option

build/.tools: build/.packages
	command -v clang-format clang-tidy >/dev/null || \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends clang-format clang-tidy
	@touch $@

bench: build
	@PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" DATA="$(DATA)" tests/bench/data_plane.sh

bench-filters: build
	cmake --build --preset $(PRESET) -j $(JOBS) --target bench_records
	@PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" tests/bench/filters.sh

install: build
	cmake --install $(BUILD) --prefix $(or $(PREFIX),/usr/local)

clean:
	rm -rf build demo

# make demo   builds and starts a fictional book; make test   installs what the tests need and runs all of them.
.PHONY: demo test bench bench-portal bench-names fuzz crash fmt

demo:
	cargo run --quiet -p kniha -- demo

test:
	scripts/test.sh

# Figures against the asked ones, on both databases.
bench:
	scripts/bench.sh

# Figures of the portal and of sealing.
bench-portal:
	scripts/bench_portal.sh

# Names in any spelling, beside the peers (installed under target/).
bench-names:
	bench/names.sh

# One hour by default: FUZZ_SECONDS=60 make fuzz
fuzz:
	scripts/fuzz.sh

# 500 kills a database for the book, 1,000 for the inbox: CRASH_CYCLES=50 make crash. With LAZYFS=checkout also 200 losses of power, and their controls.
crash:
	scripts/crash.sh

fmt:
	cargo fmt --all

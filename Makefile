# Two commands for a newcomer: `make run` and `make test`. Both set up what they need.

.PHONY: run test check bench setup format walk

# What the program draws its certificates with, and what the tests use beside Rust and a C compiler.
setup:
	@scripts/setup

run: setup
	cargo run --quiet --release -- serve --demo

test: setup
	cargo test --quiet --lib --bins --tests

check: setup
	cargo fmt --check
	cargo clippy --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" cargo doc --quiet --no-deps
	scripts/licences
	$(MAKE) --no-print-directory test

bench: setup
	cargo bench --quiet --no-fail-fast

# Walks the whole path over the API of a running demonstration.
walk:
	python3 scripts/walk.py

# Two commands for a newcomer: `make run` and `make test`. Both set up what they need.

.PHONY: run test check bench peers races setup format walk

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

bench: setup target/ssi/release/ssi-peer
	cargo bench --quiet --no-fail-fast

# The crate `ssi` as another verifier of our credentials: it takes minutes to build, so it stands apart from `test`.
peers: setup target/ssi/release/ssi-peer
	cargo test --quiet --test suite -- --ignored verifiers::the_crate_ssi

target/ssi/release/ssi-peer: tests/peers/ssi/src/main.rs tests/peers/ssi/Cargo.toml
	cargo build --quiet --release --manifest-path tests/peers/ssi/Cargo.toml --target-dir target/ssi

# 10,000 obligations on each database, each raced for by 2 to 32 actors in processes that are killed. It goes on
# where it was stopped (target/races). `HUZHENG_RACES=500 make races` runs fewer.
races: setup
	cargo test --quiet --release --test suite -- --ignored --nocapture subsidies::races::ten_thousand

# Walks the whole path over the API of a running demonstration.
walk:
	python3 scripts/walk.py

# Two commands do everything: `make run` and `make test`. Both first install what is missing, at pinned versions,
# into a cache folder outside the checkout (TENURE_TOOLS, default ~/.cache/tenure-tools).
.PHONY: run test dist bench fuzz shots

run: dist
	@node .ci/serve.mjs dist

dist:
	@.ci/setup build
	@.ci/build

test:
	@.ci/test

bench:
	@.ci/setup test
	@.ci/bench

# Damaged files of a new seed, for FUZZ_SECONDS (600), with debug checks on; FUZZ_SEED repeats a run.
# `make test` reads the same 1,000,000 each time. What fails is kept in target/fuzz.
fuzz:
	@.ci/setup test
	@.ci/fuzz

# Screenshots of every page, for a look: target/shots.
shots: dist
	@.ci/setup test
	@node tests/browser/shots.mjs

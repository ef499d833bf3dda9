# Two commands do everything: `make run` and `make test`. Both first install what is missing, at pinned versions,
# into a cache folder outside the checkout (TENURE_TOOLS, default ~/.cache/tenure-tools).
.PHONY: run test dist bench shots

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

# Screenshots of every page, for a look: target/shots.
shots: dist
	@.ci/setup test
	@node tests/browser/shots.mjs

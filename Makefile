# make, make install, make installcheck    as with every PGXS extension
# make check, check-versions, demo, report, fuzz, soak, bench, bench-quick, bench-dashboard   each is one script in test/run/
#
# PG_CONFIG names the server to build for, when it isn't the first in PATH.

WHOLE = check check-versions demo report fuzz soak bench bench-quick bench-dashboard
ifneq ($(filter $(WHOLE),$(MAKECMDGOALS)),)

# These install what they need, PGXS too, so they must work before it is there.
.PHONY: $(MAKECMDGOALS)
$(WHOLE):
	@bash test/run/$@.sh
$(filter-out $(WHOLE),$(MAKECMDGOALS)):
	$(MAKE) $@

else

EXTENSION = deptperf
# Not VERSION, which PGXS sets to the server's.
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" deptperf.control)

MODULE_big = deptperf
OBJS = $(patsubst %.c,%.o,$(sort $(wildcard src/*.c)))
PG_CPPFLAGS = -DDEPTPERF_VERSION='"$(EXTVERSION)"'

# From each earlier version one script to this one.
EARLIER = $(basename $(notdir $(wildcard sql/upgrade/*.sql)))
CREATE_SCRIPT = deptperf--$(EXTVERSION).sql
UPDATE_SCRIPTS = $(EARLIER:%=deptperf--%--$(EXTVERSION).sql)
DATA_built = $(CREATE_SCRIPT) $(UPDATE_SCRIPTS)
PARTS = $(sort $(wildcard sql/[0-9]*.sql))
WORKSPACE = $(sort $(wildcard sql/workspace/*.sql))

# Encoding and locale are fixed, so that results don't depend on the server's.
REGRESS = $(sort $(basename $(notdir $(wildcard test/sql/*.sql))))
REGRESS_OPTS = --inputdir=test --load-extension=deptperf --encoding=UTF8 --no-locale
ISOLATION = $(sort $(basename $(notdir $(wildcard test/isolation/specs/*.spec))))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=deptperf --encoding=UTF8 --no-locale
EXTRA_CLEAN = build.flags deptperf--*.sql report

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs 2>/dev/null)
ifeq ($(wildcard $(PGXS)),)
$(error $(PG_CONFIG) leads to no PGXS; install what is missing (bash test/run/packages.sh) or set PG_CONFIG)
endif
include $(PGXS)

# Other flags, another version or another server: everything is built anew.
FLAGS := $(strip $(PG_CONFIG) $(VERSION_NUM) $(CC) $(CFLAGS) $(CPPFLAGS) $(LDFLAGS))
ifneq ($(FLAGS),$(file <build.flags))
$(file >build.flags,$(FLAGS))
endif
$(OBJS) $(OBJS:.o=.bc): build.flags $(wildcard src/*.h)

# The scripts: the parts in name order. A line "-- @workspace@" in one of them
# stands for the workspace's SQL.
fill = awk 1 /dev/null $(WORKSPACE) | sed -e '/^-- @workspace@$$/ { r /dev/stdin' -e 'd }'

$(CREATE_SCRIPT): $(PARTS) $(WORKSPACE) Makefile deptperf.control
	printf '%s\n' '\echo Use "CREATE EXTENSION deptperf" to load this file. \quit' > $@
	$(fill) $(PARTS) >> $@

# An upgrade is what sql/upgrade says has to go, and every function as it is now.
# The type deptperf_rule and what it is made of (part 10) stay, and so does the
# extension's schema (part 01).
$(UPDATE_SCRIPTS): deptperf--%--$(EXTVERSION).sql: sql/upgrade/%.sql $(PARTS) $(WORKSPACE) Makefile deptperf.control
	printf '%s\n' '\echo Use "ALTER EXTENSION deptperf UPDATE" to load this file. \quit' | cat - $< > $@
	$(fill) $(filter-out sql/01-schema.sql sql/10-rule.sql,$(PARTS)) | sed -E 's/^CREATE (FUNCTION|AGGREGATE) /CREATE OR REPLACE \1 /' >> $@

.DELETE_ON_ERROR:

endif

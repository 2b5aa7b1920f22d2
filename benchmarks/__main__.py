"""`make bench`: every table, printed and written as JSON under build/bench/."""

from __future__ import annotations

from benchmarks import assemble, compose, line, plan, read, stamp, typeset

if __name__ == "__main__":
    typeset.main()
    print()
    assemble.main()
    print()
    read.main()
    print()
    compose.main()
    print()
    stamp.main()
    print()
    plan.main()
    print()
    line.main()

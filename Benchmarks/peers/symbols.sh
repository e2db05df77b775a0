#!/bin/sh
# A symbol list as build systems make it with nm, c++filt, sed and awk: the peer of `extract`.
# usage: symbols.sh LIBRARY
export LC_ALL=C
nm --format posix --dynamic "$1" | sort > /tmp/abitool-peer.$$
trap 'rm -f /tmp/abitool-peer.$$' EXIT
c++filt < /tmp/abitool-peer.$$ | paste -d '\001' /tmp/abitool-peer.$$ - |
  awk -F '\001' '
    function hex(digits,  value, i) {
      for (i = 1; i <= length(digits); i++)
        value = value * 16 + index("123456789abcdef", substr(digits, i, 1))
      return value + 0
    }
    {
      split($1, field, " ")
      plain = $2
      sub(/ .( [0-9a-f]+)*$/, "", plain)
      if (field[2] ~ /[Uw]/ || plain ~ /^[^(]+</ || plain ~ /^(typeinfo|vtable) /) next
      if (field[2] ~ /[WV]/ && field[1] != plain) next
      if (field[2] ~ /[DBR]/) print field[1], field[2], hex(field[4])
      else print field[1], field[2]
    }'

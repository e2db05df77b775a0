#!/bin/sh
# llvm-ifs on each library of a list, one process each.
# usage: ifs-loop.sh LLVM-IFS LIST
while read -r library; do
  "$1" --output-ifs=/dev/null "$library" 2> /dev/null
done < "$2"
exit 0

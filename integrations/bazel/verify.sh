#!/bin/bash
# Builds the example with Debian's Bazel, without a network, and shows what is linked again when:
# bazel-bootstrap, bazel-platforms, bazel-skylib, bazel-rules-java and bazel-rules-proto.
#
#   verify.sh [ABITOOL]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
export ABITOOL=$(realpath "${1:-$(command -v abitool)}")
work=$(mktemp -d)
trap 'bazel --output_user_root="$work/root" shutdown 2> /dev/null || true; chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir -p "$work/project/tools/abitool" "$work/rules_cc/cc"
cp -rL "$here/example/"{WORKSPACE,BUILD.bazel,src} "$work/project"
cp "$here/"{abitool.bzl,BUILD.bazel} "$work/project/tools/abitool"
cd "$work/project"

# Bazel's own rules ask for rules_cc. Debian's is too new for Debian's Bazel; that of Bazel 4 only
# passes the built-in rules on.
touch "$work"/rules_cc/{WORKSPACE,BUILD,cc/BUILD}
for rule in cc_binary cc_import cc_library cc_test cc_toolchain cc_toolchain_suite \
    cc_proto_library fdo_prefetch_hints fdo_profile objc_import objc_library; do
  echo "$rule = native.$rule"
done > "$work/rules_cc/cc/defs.bzl"
cat > .bazelrc << END
build --override_repository=rules_cc=$work/rules_cc
build --override_repository=rules_java=/usr/share/bazel/rules/java
build --override_repository=rules_proto=/usr/share/bazel/rules/proto
build --override_repository=bazel_skylib=/usr/share/bazel/tools/skylib
build --override_repository=platforms=/usr/share/bazel/tools/platforms
build --nosandbox_debug
END

bazel="bazel --output_user_root=$work/root"
fail() { echo "FAILED: $*" >&2; exit 1; }
# What a build did, one action a line.
actions() {
  $bazel build -s "$@" 2> log || { cat log >&2; fail "build"; }
  sed -n "s/.*\[action '\([^']*\)'.*/\1/p" log | sort -u
}
expect() {  # TITLE EXPECTED ACTUAL
  [ "$2" = "$3" ] || { diff <(echo "$2") <(echo "$3"); fail "$1"; }
  echo "ok: $1"
}

actions //:hello > /dev/null
expect 'the stub is enough for hello, and it runs' 'Hello, world!
1 call, first language en' "$(bazel-bin/hello)"
actions //... > /dev/null

sed -i 's/"Hello"/"Hi"/' src/greet.c
expect 'another implementation links no program, and the generator runs' \
  'Compiling src/greet.c
Executing genrule //:greet_abi_check
Executing genrule //:greetings
Linking libgreet.so' "$(actions //:greet_abi_check //:greetings //:hello //:quiet //:table)"
grep -q 'Hi, en' bazel-bin/greetings.txt || fail 'greetings.txt is old'

echo '# comment' >> src/greet.abi
expect 'a comment in the ABI links nothing' \
  'Executing genrule //:greet_abi_check
Executing genrule //:greet_abi_stub' "$(actions //:greet_abi_check //:greetings //:hello //:quiet)"

sed -i '/greet_languages/s/ align=16//' src/greet.abi
expect 'another ABI links its users' 'Linking hello
Linking table' "$(actions //:hello //:quiet //:table | grep Linking)"

echo 'greet_more T' >> src/greet.abi
if $bazel build //:greet_abi_check > log 2>&1; then fail 'a broken promise passed'; fi
grep -q greet_more log || { cat log >&2; fail 'no finding'; }
echo 'ok: a broken promise fails the build'
sed -i '/greet_more/d' src/greet.abi

cc=--crosstool_top=@abitool_cc//:toolchain
actions $cc //:hello_implicit > /dev/null
sed -i 's/"Hi"/"Hey"/' src/greet.c
expect 'toolchain: another implementation links no program' 'Compiling src/greet.c
Linking libgreet_built.so' "$(actions $cc //:hello_implicit)"
expect 'toolchain: the program runs' 'Hey, world!' "$(bazel-bin/hello_implicit | head -1)"
echo 'int added;' >> src/greet.c
expect 'toolchain: another interface links its users' 'Linking hello_implicit
Linking libgreet_built.so' "$(actions $cc //:hello_implicit | grep Linking)"

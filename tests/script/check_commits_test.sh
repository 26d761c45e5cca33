#!/usr/bin/env bash
# The test of script/check-commits: in a small repository, each planted subject that breaks the rule is found.
# Usage: check_commits_test.sh SCRIPT EMPTY_FOLDER
set -euo pipefail
rm -rf "$2"
mkdir -p "$2/origin/script"
cp "$1" "$2/origin/script/check-commits"
cd "$2/origin"
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1
export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@localhost GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@localhost
git init -q
commit() { git commit -q --allow-empty -m "$1"; }
expect() {  # expect STATUS TEXT-IN-OUTPUT ARGUMENTS...
  local wanted=$1 text=$2 status=0 output
  shift 2
  output=$(script/check-commits "$@" 2>&1) || status=$?
  if [ "$status" -ne "$wanted" ] || [[ $output != *"$text"* ]]; then
    echo "wanted status $wanted and \"$text\", found status $status and: $output" >&2
    exit 1
  fi
}

git add script
commit "Before the rule; nobody minds"
base=$(git rev-parse HEAD)
expect 0 "" "$base"
commit "feat: a subject of 72 characters, with one letter that takes two bytes ü"
commit "fix(db): keep a store readable"
expect 0 "" "$base"

for planted in "Keep a store readable" "fixes: keep a store" "fix:no blank" "fix:" "fix: keep; and also read" "fix: keep." \
               "fix: $(printf 'x%.0s' {1..70})"; do
  git commit -q --allow-empty --cleanup=verbatim -m "$planted"
  expect 1 "$planted" "$base"
  git reset -q --hard HEAD~1
done
expect 2 "no commit 0123456789" 0123456789012345678901234567890123456789

# A shallow clone does not reach the base, and a copy without git has no commits.
git clone -q --depth 1 "file://$PWD" ../shallow
cd ../shallow
expect 0 "" "$base"
rm -rf .git
expect 0 "no clone" "$base"

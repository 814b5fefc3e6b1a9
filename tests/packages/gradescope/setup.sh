#!/bin/sh
# Gradescope runs this once, when it makes the image: installs what is missing and compiles everything that does not
# depend on a submission, so that grading compiles the learner's files alone.
#
# AUTOGRADER_ROOT stands for /autograder, and GRADE for a `grade` that is built already: both are for trying it out.
set -eu
root=${AUTOGRADER_ROOT:-/autograder}
tree=$root/source/socket-labs
lab=$(cat "$root/source/lab")
number=${lab#lab}

sh "$tree/common/setup.sh"
if [ -n "${GRADE:-}" ]; then
  echo "setup: grading with $GRADE"
  exit 0
fi
cd "$tree"
cmake --preset "$lab"
cmake --build .build --target grade "tests-$number" "labs-$number"

#!/bin/sh
# The millrace command within the image: the JVM takes this process's place, so signals reach it.
#
#   MILLRACE_JAVA_OPTS  further options of the JVM, which go before those here
set -eu

# What only asks or tells is over before the optimising compiler would pay.
case ${1:-} in
  dev | demo | bench | replay | engine | worker) speed= ;;
  *) speed='-XX:TieredStopAtLevel=1 -XX:+UseSerialGC' ;;
esac
# shellcheck disable=SC2086 # options are separate words
# A JVM without memory does not die by itself, and does not work either. Half of the memory is heap: RocksDB, buffers of the
# network and threads need the rest.
exec /opt/java/bin/java $speed -XX:MaxRAMPercentage=50 -XX:+ExitOnOutOfMemoryError \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow \
  ${MILLRACE_JAVA_OPTS:-} -cp '/opt/millrace/app/*:/opt/millrace/lib/*' dev.millrace.cli.Millrace "$@"

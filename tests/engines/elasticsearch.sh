#!/bin/bash
# Runs a real Elasticsearch 9 node (loopback only, no security, no container) for tests. Linux, JDK 21 or newer, Maven, curl.
#
#   elasticsearch.sh fetch                            get the jars once (Maven Central); later calls do nothing
#   elasticsearch.sh start [--dir DIR] [--port PORT] [--set KEY=VALUE]...
#                                                     start what is not running, wait for health yellow, print the URL;
#                                                     --port 0 picks a free port; a DIR keeps its port and data for life,
#                                                     but --set holds for this start only
#   elasticsearch.sh stop|kill|pause|resume [--dir DIR]    SIGTERM (and wait) | SIGKILL | SIGSTOP | SIGCONT
#   elasticsearch.sh status [--dir DIR]               one line; exit 0 only when it answers
#   elasticsearch.sh needs                            exit 0 when all is there that it needs, else 1 and what is missing
#
# DIR holds config/, data/, server.log and pid. The server, its Lucene and its network layer are Elastic's own jars. Elastic does
# not publish the modules analysis-common, reindex and rest-root: the folder elasticsearch/ beside this file has stand-ins.
# Environment: ENGINES_HOME (cache), ES_JAVA_HOME (a JDK), ES_HEAP (512m), ES_JAVA_OPTS, ES_VERSION (9.5.3), ES_START_SECONDS (120).
set -euo pipefail

version=${ES_VERSION:-9.5.3} dependency_plugin=3.8.1
home=${ENGINES_HOME:-$HOME/.cache/shortener-engines}
cache=$home/elasticsearch/$version
sources=$(cd "$(dirname "$(readlink -f "$0")")" && pwd)/elasticsearch
dir=$home/elasticsearch-data port='' settings=() archive=''

die() { echo "elasticsearch.sh: $*" >&2; exit 1; }
usage() { sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$0"; exit "${1:-2}"; }

find_jdk() {  # sets jdk to the first one of version 21 or newer
  local candidate number
  for candidate in "${ES_JAVA_HOME:-}" "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || true)")")")" /usr/lib/jvm/*; do
    [ -x "$candidate/bin/javac" ] || continue
    number=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release" 2>/dev/null || true)
    [ "${number:-0}" -ge 21 ] && { jdk=$candidate; return; }
  done
  die "no JDK 21 or newer: install one or set ES_JAVA_HOME"
}

# ---- fetch ----
write_pom() {
  cat <<POM
<project>
  <modelVersion>4.0.0</modelVersion>
  <groupId>local</groupId><artifactId>elasticsearch-runtime</artifactId><version>1</version><packaging>pom</packaging>
  <dependencies>
    <dependency><groupId>org.elasticsearch</groupId><artifactId>elasticsearch</artifactId><version>$version</version></dependency>
    <dependency><groupId>org.elasticsearch.plugin</groupId><artifactId>transport-netty4</artifactId><version>$version</version></dependency>
  </dependencies>
</project>
POM
}

fetch() {
  local try built
  find_jdk
  built=$cache/complete-$(cat "$sources"/*.java | cksum | tr -c '0-9\n' -)
  [ -f "$built" ] && return
  command -v mvn >/dev/null || die "no mvn: install Maven"
  mkdir -p "$cache"
  exec 9>"$cache/lock"; flock 9                       # two test runs may start at once
  if [ ! -f "$cache/lib/complete" ]; then
    rm -rf "$cache/lib"; write_pom >"$cache/pom.xml"
    for try in 1 2 3; do
      JAVA_HOME=$jdk mvn -B -q -Dstyle.color=never -f "$cache/pom.xml" \
        "org.apache.maven.plugins:maven-dependency-plugin:$dependency_plugin:copy-dependencies" \
        -DincludeScope=runtime -DoutputDirectory="$cache/lib" >"$cache/mvn.log" 2>&1 9>&- && break
      [ "$try" -lt 3 ] || { tail -n 15 "$cache/mvn.log" >&2; die "Maven could not get Elasticsearch $version"; }
    done
    touch "$cache/lib/complete"
  fi
  if [ ! -f "$built" ]; then
    rm -rf "$cache"/complete-* "$cache/classes" "$cache/classes.jsa"
    "$jdk/bin/javac" --release 21 -proc:none -nowarn -d "$cache/classes" -cp "$cache/lib/*" "$sources"/*.java || die "could not compile $sources"
    "$jdk/bin/jar" cf "$cache/stand-ins.jar" -C "$cache/classes" .
    mkdir -p "$cache/native"                           # the codec best_compression wants libzstd, which every Debian has
    ln -sf "$(/sbin/ldconfig -p | sed -n 's/.*libzstd\.so\.1 .*=> //p' | head -n 1)" "$cache/native/libzstd.so"
    archive_classes || echo "elasticsearch.sh: no class archive (starts take longer)" >&2
    touch "$built"
  fi
  flock -u 9; exec 9>&-
}

archive_classes() (  # runs a throw-away node once and keeps its loaded classes; only a speed-up
  dir=$(mktemp -d) port=0 archive=-XX:ArchiveClassesAtExit=$cache/classes.jsa
  trap 'end KILL; rm -rf "$dir"' EXIT
  start >/dev/null && end TERM && [ -s "$cache/classes.jsa" ]
) 9>&-

# ---- the node in $dir ----
url() { sed -n 's#^http.port: #http://127.0.0.1:#p' "$dir/config/elasticsearch.yml" 2>/dev/null || true; }
running() {  # prints the pid if it is alive and still this node's (pids are reused)
  local pid; pid=$(cat "$dir/pid" 2>/dev/null) || return 1
  grep -qzxF -- "$dir" "/proc/$pid/cmdline" 2>/dev/null && echo "$pid"
}
port_used() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
ask() { curl -fsS --noproxy '*' -m "$1" "$(url)$2" 2>/dev/null; }
ready() { ask 3 '/_cluster/health?wait_for_status=yellow&timeout=2s' >/dev/null; }

free_port() {  # below the range that clients' sockets come from
  local p try
  for try in {1..50}; do p=$((20000 + RANDOM % 12000)); port_used "$p" || { echo $p; return; }; done
  die "found no free port"
}

configure() {  # writes the settings once; what is there must agree with what is asked
  local had; had=$(url); had=${had##*:}
  [ -z "$port" ] || [ "$port" = 0 ] || [ -z "$had" ] || [ "$port" = "$had" ] || die "$dir uses port $had, not $port: use another --dir"
  [ -n "$had" ] || { [ "${port:=9200}" != 0 ] && had=$port; } || had=$(free_port)
  mkdir -p "$dir/config" "$dir/data" "$dir/logs" "$dir/modules" "$dir/plugins" "$dir/tmp"
  {
    cat <<YML
cluster.name: shortener-test
node.name: node
network.host: 127.0.0.1
http.port: $had
transport.port: 0
discovery.type: single-node
cluster.routing.allocation.disk.threshold_enabled: false
indices.breaker.total.use_real_memory: false
YML
    printf '%s\n' "${settings[@]/=/: }"
  } >"$dir/config/elasticsearch.yml"
  cat >"$dir/config/log4j2.properties" <<'LOG'
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %-5p %c{1} %m%n
rootLogger.level = info
rootLogger.appenderRef.out.ref = out
logger.native.name = org.elasticsearch.nativeaccess
logger.native.level = error
LOG
}

jvm() {  # replaces this shell; compiler tier 1 and the class archive halve the start on two cores
  exec "$jdk/bin/java" -Xmx"${ES_HEAP:-512m}" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-UsePerfData -XX:+ExitOnOutOfMemoryError \
    -XX:-OmitStackTraceInFastThrow -Xshare:auto "${archive:--XX:SharedArchiveFile=$cache/classes.jsa}" -Xlog:disable -Xlog:all=error:stderr \
    -Des.distribution.type=tar -Dfile.encoding=UTF-8 -Djava.awt.headless=true -Djava.io.tmpdir="$dir/tmp" \
    -Dlog4j2.disable.jmx=true -Dlog4j.shutdownHookEnabled=false -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true \
    -Dio.netty.recycler.maxCapacityPerThread=0 -Des.nativelibs.path="$cache/native" \
    -Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false ${ES_JAVA_OPTS:-} -cp "$cache/stand-ins.jar:$cache/lib/*" org.elasticsearch.plugins.TestServer "$dir"
}

start() {
  local deadline=$((SECONDS + ${ES_START_SECONDS:-120})) launched
  command -v curl >/dev/null || die "no curl"
  if ! running >/dev/null; then
    configure
    ulimit -n "$(ulimit -Hn)" 2>/dev/null || true
    port_used "$(url | grep -oE '[0-9]+$')" && die "$(url) is in use by another program"
    export jdk cache archive dir; export -f jvm
    setsid bash -c 'echo $$ >"$dir/pid.new"; mv "$dir/pid.new" "$dir/pid"; jvm' elasticsearch "$dir" >>"$dir/server.log" 2>&1 </dev/null 9>&- &
    launched=$!
  fi
  until ready; do
    if [ -n "${launched:-}" ] && ! kill -0 "$launched" 2>/dev/null; then tail -n 20 "$dir/server.log" >&2; die "Elasticsearch ended"; fi
    [ $SECONDS -lt $deadline ] || { tail -n 20 "$dir/server.log" >&2; die "no answer in ${ES_START_SECONDS:-120} s"; }
    sleep 0.1
  done
  url
}

end() {  # SIGNAL, and wait until it is gone; 20 s after TERM comes KILL
  local pid tries; pid=$(running) || return 0
  kill -CONT "$pid" 2>/dev/null || true
  kill -"$1" "$pid" 2>/dev/null || true
  for ((tries = 0; tries < 800; tries++)); do
    running >/dev/null || { rm -f "$dir/pid"; return 0; }
    [ $tries -ne 400 ] || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.05
  done
  die "process $pid did not end"
}

signal() { local pid; pid=$(running) || die "not running in $dir"; kill -"$1" "$pid"; }

status() {
  local pid health; pid=$(running) || { echo "$dir: stopped"; return 1; }
  health=$(ask 3 '/_cat/health?h=status') || { echo "$dir: pid $pid, $(url) does not answer"; return 1; }
  echo "$dir: pid $pid, $(url), ${health//[[:space:]]/}, $(awk '/^VmRSS/ {print int($2 / 1024)}' "/proc/$pid/status") MiB"
}

verb=${1:-}; [ $# -eq 0 ] || shift
while [ $# -gt 0 ]; do
  case $1 in
    --dir) dir=$2; shift 2 ;;
    --port) port=$2; shift 2 ;;
    --set) settings+=("$2"); shift 2 ;;
    *) usage ;;
  esac
done
dir=$(realpath -m "$dir")
case $verb in
  fetch) fetch ;;
  start) fetch; start ;;
  stop) end TERM ;;
  kill) end KILL ;;
  pause) signal STOP ;;
  resume) signal CONT ;;
  status) status ;;
  needs)
    find_jdk
    for program in mvn curl setsid flock; do command -v "$program" >/dev/null || die "no $program" ; done ;;
  -h | --help | help) usage 0 ;;
  *) usage ;;
esac

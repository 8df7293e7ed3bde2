#!/usr/bin/env bash
# A sweep with a queue on Slurm: sbatch --array=0-100 slurm.sh, in a folder that all nodes see and that has spec.mmspec and its data.
# Task 0 runs Redis and the sweep, each other task a worker on one core. An array that is killed goes on when it is submitted again.
#SBATCH --job-name=mmspec-sweep
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=12:00:00
#SBATCH --signal=B:TERM@60
set -euo pipefail
port=${MMSPEC_PORT:-6399}
umask 077
mkdir -p queue
host=queue/host-$SLURM_ARRAY_JOB_ID
[ -s queue-password ] || (set -C; head -c 24 /dev/urandom | base64 | tr -d '+/=\n' > queue-password) 2>/dev/null || sleep 1
MMSPEC_QUEUE_PASSWORD=$(cat queue-password)
export MMSPEC_QUEUE_PASSWORD

if [ "$SLURM_ARRAY_TASK_ID" = 0 ]; then
  printf 'requirepass %s\n' "$MMSPEC_QUEUE_PASSWORD" > queue/redis.conf
  redis-server queue/redis.conf --port "$port" --dir "$PWD/queue" --appendonly yes --maxmemory-policy noeviction &
  redis=$!
  hostname > "$host"
  status=0
  mmspec sweep spec.mmspec --queue "redis://127.0.0.1:$port" --storage "$PWD/storage" --out "$PWD/out" || status=$?
  kill "$redis"
  wait "$redis" || true
  exit "$status"
fi

until [ -s "$host" ]; do sleep 1; done
# A signal to the script reaches the worker, which makes a checkpoint and gives its variant back.
exec mmspec worker --queue "redis://$(cat "$host"):$port" --jobs 1 --data "$PWD" --storage "$PWD/storage" \
  --work "${TMPDIR:-/tmp}/mmspec-$SLURM_JOB_ID" --checkpoint-every 60 --idle 300

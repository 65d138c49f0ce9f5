#!/bin/bash
# Starts the learner's ranks on every node of a Slurm job. The trainer, on the job's first node, runs this in place of
# torchrun (PIT_TORCH_RUN); torchrun's words follow the script's name. Only the first node's ranks hear the trainer.
set -euo pipefail
nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
MASTER_ADDR=${nodes%%$'\n'*}
MASTER_PORT=$((20000 + SLURM_JOB_ID % 20000))
export MASTER_ADDR MASTER_PORT
exec srun --ntasks-per-node=1 --input=0 --unbuffered --kill-on-bad-exit=1 bash -c '
  exec "$PIT_TORCH_PYTHON" -m torch.distributed.run --nnodes="$SLURM_NNODES" --node-rank="$SLURM_NODEID" \
    --master-addr="$MASTER_ADDR" --master-port="$MASTER_PORT" "$@"' ranks "$@"

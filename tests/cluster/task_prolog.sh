#!/bin/sh
# Slurm runs this before every task, with the environment that the task will have.
echo "$$SLURM_JOB_ID $${CUDA_VISIBLE_DEVICES-none}" >> $folder/tasks.txt

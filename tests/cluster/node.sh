#!/bin/sh
# The first process of the namespaces: when it ends, so does everything in them.
set -e
folder=$1
mount --bind "$folder/etc" /etc/slurm
# Forced: the folder is for root alone, and so is this Slurm.
munged --force --foreground --key-file="$folder/munge.key" --socket="$folder/munge.socket" \
  --pid-file="$folder/munged.pid" --seed-file="$folder/munged.seed" &
slurmctld -D &
slurmd -D &
wait

#!/bin/sh
# Says every minute what the GPUs are at.
exec nvidia-smi --query-gpu=timestamp,name,utilization.gpu,memory.used,temperature.gpu --format=csv,noheader --loop=60

// Loaded into every process that `npm run dev` starts, so that none outlives it.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();

import { Module } from '@nestjs/common';
import { Deferral } from './deferral.js';
import { NextPoll } from './next-poll.js';
import { UnendedBatches } from './unended-batches.js';
import { StatusPoller } from './status-poller.js';

@Module({ controllers: [StatusPoller], providers: [NextPoll, Deferral, UnendedBatches] })
export class StatusPollerModule {}

import { Module } from '@nestjs/common';
import { Deferral } from './deferral.js';
import { IdleBatches } from './idle-batches.js';
import { MeasuredTurnarounds } from './measured-turnarounds.js';
import { NextPoll } from './next-poll.js';
import { ProviderWebhooksController } from './provider-webhooks.controller.js';
import { ProviderWebhooks } from './provider-webhooks.js';
import { Overtaking } from './overtaking.js';
import { UnendedBatches } from './unended-batches.js';
import { StatusPoller } from './status-poller.js';

@Module({
  controllers: [StatusPoller, ProviderWebhooksController],
  providers: [Overtaking, IdleBatches, NextPoll, Deferral, MeasuredTurnarounds, UnendedBatches, ProviderWebhooks],
})
export class StatusPollerModule {}

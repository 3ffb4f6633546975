import { Module } from '@nestjs/common';
import { StatusPoller } from './status-poller.js';

@Module({ controllers: [StatusPoller] })
export class StatusPollerModule {}

import { Module } from '@nestjs/common';
import { Notifier } from './notifier.js';
import { Webhook } from './webhook.js';

@Module({ controllers: [Notifier], providers: [Webhook] })
export class NotifierModule {}

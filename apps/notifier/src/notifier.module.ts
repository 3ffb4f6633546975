import { EngineSettings } from '@batchmill/stage';
import { Module } from '@nestjs/common';
import { Channels } from './channels.js';
import { HeldWorkNotifier } from './held-work-notifier.js';
import { Notifier } from './notifier.js';
import { ParkedWorkNotifier } from './parked-work-notifier.js';

@Module({
  controllers: [Notifier, ParkedWorkNotifier, HeldWorkNotifier],
  providers: [
    {
      provide: Channels,
      useFactory: ({ notifications }: EngineSettings) => Channels.of(notifications),
      inject: [EngineSettings],
    },
  ],
})
export class NotifierModule {}

import { LineSettings } from '@batchmill/stage';
import { Module } from '@nestjs/common';
import { Channels } from './channels.js';
import { Notifier } from './notifier.js';
import { StuckTeller } from './stuck-teller.js';

@Module({
  controllers: [Notifier, StuckTeller],
  providers: [
    {
      provide: Channels,
      useFactory: ({ notifications }: LineSettings) => Channels.of(notifications),
      inject: [LineSettings],
    },
  ],
})
export class NotifierModule {}

import { LineSettings } from '@batchmill/stage';
import { Module } from '@nestjs/common';
import { Channels } from './channels.js';
import { Notifier } from './notifier.js';

@Module({
  controllers: [Notifier],
  providers: [
    {
      provide: Channels,
      useFactory: ({ notifications }: LineSettings) => Channels.of(notifications),
      inject: [LineSettings],
    },
  ],
})
export class NotifierModule {}

import { EngineSettings } from '@batchmill/stage';
import { Module } from '@nestjs/common';
import { EntityLinker } from './entity-linker.js';
import { LinkerSettings, readLinkerSettings } from './linker-settings.js';

@Module({
  controllers: [EntityLinker],
  providers: [
    {
      provide: LinkerSettings,
      useFactory: ({ rawSetting }: EngineSettings) => readLinkerSettings(rawSetting),
      inject: [EngineSettings],
    },
  ],
})
export class EntityLinkerModule {}

import { Module } from '@nestjs/common';
import { __Name__ } from './__name__.js';

@Module({ controllers: [__Name__] })
export class __Name__Module {}

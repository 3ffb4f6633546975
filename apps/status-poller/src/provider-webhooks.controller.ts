import { isDependencyUnavailable } from '@batchmill/contracts';
import {
  Controller,
  Headers,
  HttpCode,
  NotFoundException,
  Post,
  RawBody,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { ProviderWebhooks, type WebhookHeaders } from './provider-webhooks.js';

/** Where the provider posts that a batch has ended. It does not exist while there is no secret to verify that with. */
@Controller('provider/webhook')
export class ProviderWebhooksController {
  constructor(private readonly webhooks: ProviderWebhooks) {}

  @Post()
  @HttpCode(204)
  async receive(@RawBody() body: Buffer | undefined, @Headers() headers: WebhookHeaders): Promise<void> {
    if (!this.webhooks.areExpected) throw new NotFoundException('OPENAI_WEBHOOK_SECRET is not set');
    const outcome = await this.webhooks.receive(body ?? Buffer.alloc(0), headers).catch((error: unknown) => {
      if (isDependencyUnavailable(error)) throw new ServiceUnavailableException();
      throw error;
    });
    if (outcome === 'refused') throw new UnauthorizedException();
  }
}

import type { FastifyInstance } from 'fastify';
import { parseFaultRules } from '../faults/fault-rule.js';
import { reportLedger } from '../ledger/ledger-report.js';
import type { Simulation } from '../simulation.js';
import { readWebhookTarget } from '../webhooks/webhook-target.js';
import { SimulatorError } from '../simulator-error.js';

/** Routes that control and inspect the simulator itself. They require no key. */
export function addAdminRoutes(app: FastifyInstance, reset: () => Promise<void>, simulation: Simulation): void {
  const { ledger, batches, files, clock, faults, webhooks } = simulation;
  const rules = () => faults.standing.map(({ rule, met, fired }) => ({ ...rule, met, fired }));

  app.get('/admin/ledger', async () => reportLedger(ledger, batches, files, clock.nowSeconds()));

  app.get('/admin/faults', async () => rules());

  app.put('/admin/faults', async ({ body }) => {
    faults.set(parseFaultRules(body), clock.nowMs());
    return rules();
  });

  app.get('/admin/clock', async () => ({ nowSeconds: clock.nowSeconds(), speed: clock.speed }));

  app.post('/admin/clock', async ({ body }) => {
    const { advanceSeconds, speed } = (body ?? {}) as { advanceSeconds?: unknown; speed?: unknown }; // checked below
    if (advanceSeconds === undefined && speed === undefined) {
      throw new SimulatorError('simulator.bad-clock', 'Expected {"advanceSeconds": n} or {"speed": n}.');
    }
    const newSpeed = speed === undefined ? undefined : positive('speed', speed);
    const seconds = advanceSeconds === undefined ? undefined : positive('advanceSeconds', advanceSeconds);
    if (newSpeed !== undefined) clock.setSpeed(newSpeed);
    if (seconds !== undefined) clock.advance(seconds);
    return { nowSeconds: clock.nowSeconds(), speed: clock.speed };
  });

  app.put('/admin/webhook', async ({ body }) => {
    const target = readWebhookTarget(body);
    webhooks.target = target;
    return { url: target.url };
  });

  app.post('/admin/reset', async () => {
    await reset();
    return { reset: true };
  });
}

function positive(name: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
  const message = `${name} is ${JSON.stringify(value)}; expected a number of at least 0.`;
  throw new SimulatorError('simulator.bad-clock', message);
}

import { describeKills } from './kill-suite.js';
import { moments } from './moments.js';

describeKills(moments);

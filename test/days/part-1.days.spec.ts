import { describePart } from '../faults/describe-part.js';
import { seededDays } from './play.js';

describePart(0, seededDays);

import { describePart } from '../faults/describe-part.js';
import { seededSpending } from './play.js';

describePart(1, seededSpending);

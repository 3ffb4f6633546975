import { describeEncoder } from './describe-encoder.contract.js';

describeEncoder('sdk');

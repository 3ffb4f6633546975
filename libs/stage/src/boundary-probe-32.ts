import '../../records/src/index.js';

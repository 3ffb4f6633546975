/* For mongosh: puts the sample blocks into the collection `blocks`, unless it has documents already. */
const blocks = JSON.parse(require('fs').readFileSync(`${__dirname}/blocks.json`, 'utf8'));
if (db.blocks.findOne() === null) {
  db.blocks.insertMany(blocks);
  print(`sample: ${blocks.length} made-up blocks of annual reports are in ${db.getName()}.blocks`);
} else {
  print(`sample: ${db.getName()}.blocks has documents already; nothing was added`);
}

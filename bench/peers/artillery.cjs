// A number for each user, and how long they go on: Artillery's own phases say when users come, not when they leave.
const end = Date.now() + 1000 * Number(process.env.BENCH_SECONDS);
let number = 0;

module.exports = {
  begin(context, events, done) {
    context.vars.number = ++number;
    done();
  },
  running(context, done) {
    done(Date.now() < end);
  },
};

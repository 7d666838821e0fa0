// script/sdk gives the paths.
export default {
  input: process.env.DOCUMENT,
  output: {
    path: process.env.FOLDER,
    // So that it runs in Node.js as it is; bundlers do not mind.
    module: { extension: ".js" },
  },
};

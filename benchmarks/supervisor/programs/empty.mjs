// What a Node program costs that does nothing.
process.exitCode = 0;

Sum up the following text in one sentence.

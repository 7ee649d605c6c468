"""From a folder of files to items: what stands there, what each name says, what was read before."""

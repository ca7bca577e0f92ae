callback({vers:0.01})

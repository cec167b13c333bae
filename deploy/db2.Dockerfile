# The runtime of the actions where the data is in Db2: Apache OpenWhisk's for Node.js 20, with the npm package ibm_db.
# Build it for linux/amd64, push it to a registry that the platform reaches, and name it to deploy.sh with ACTION_IMAGE:
#   docker build --platform linux/amd64 --file deploy/db2.Dockerfile --tag REGISTRY/NAME:TAG deploy
FROM openwhisk/action-nodejs-v20:1.23.0

# Apache's image has its packages in /, where actions find them. The installer of ibm_db downloads IBM's driver into it.
RUN npm install --prefix / --no-save --no-audit --no-fund ibm_db@4.0.1 && npm cache clean --force

# Texts are UTF-8, whatever the container's locale.
ENV DB2CODEPAGE=1208

# The installer ends without a failure where it could not download the driver.
RUN node -e "require('/node_modules/ibm_db')"
